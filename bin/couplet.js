import { launch } from './launch.js';

await launch('app/main.js');
