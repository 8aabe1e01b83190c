import { launch } from './launch.js';

await launch('cli/main.js');
