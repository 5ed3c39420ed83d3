export { armSchemes } from './reproduce/arms.ts';
export { estimateGrid, type CellEstimate, type GridEstimate } from './reproduce/estimate.ts';
export { type Cell, type Grid, type GridOptions, makeGrid, shardOf } from './reproduce/grid.ts';
export { type CellEnd, type PoolOptions, type PoolOutcome, trainCells } from './reproduce/pool.ts';
export { type PresetName, presetNames, presets } from './reproduce/presets.ts';
export { adoptRuns, type Published, publishRuns } from './reproduce/publish.ts';
export { gridResults } from './reproduce/results.ts';
export { type Standing, standingOf } from './reproduce/standing.ts';
export { talkTable } from './reproduce/talk-table.ts';
