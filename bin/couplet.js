import { launch } from './launch.js';

await launch('couplet.js');
