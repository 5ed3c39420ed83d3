export { formats } from './all.ts';
export type { Exported, ExportRequest, Format, FormatFlag } from './format.ts';
export { checkOutput, formatOf } from './choose.ts';
export { formatDescriptions, type FormatName, formatNames } from './names.ts';
export { hubConfig } from './hub/config.ts';
export { encodeOnnx, type OnnxOptions } from './onnx/encode.ts';
