import { launch } from './launch.js';

await launch('coupletctl.js');
