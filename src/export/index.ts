export { formats } from './all.ts';
export type { Exported, ExportRequest, Format, FormatFlag } from './format.ts';
export { formatDescriptions, type FormatName, formatNames, formatOf } from './names.ts';
export { encodeOnnx, type OnnxOptions } from './onnx/encode.ts';
