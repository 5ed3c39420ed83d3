export { startStudio, type Studio, type StudioOptions } from './studio.ts';
