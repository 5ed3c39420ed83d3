export { analyse, type AnalyseOptions } from './analyse.ts';
export { openNet, type OpenNet, type StageFlow } from './net.ts';
