/** The format of each name in `names.ts`. */
import type { Format } from './format.ts';
import { hub } from './hub/format.ts';
import type { FormatName } from './names.ts';
import { onnx } from './onnx/format.ts';
import { safetensors } from './safetensors.ts';
import { torch } from './torch.ts';

export const formats: Readonly<Record<FormatName, Format>> = { safetensors, onnx, torch, hub };
