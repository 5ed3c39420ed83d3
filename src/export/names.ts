/** The export formats. Quick commands import this file: it has no code. */

interface Description {
  /** For --help. */
  readonly help: string;
  /** Endings of the file; none: a folder. */
  readonly endings: readonly string[];
}

export const formatDescriptions = {
  safetensors: { help: 'weights with PyTorch parameter names', endings: ['.safetensors'] },
  onnx: { help: 'the whole net, for onnxruntime and others', endings: ['.onnx'] },
  torch: { help: 'the same weights as a state dict for torch.load', endings: ['.pth', '.pt'] },
  hub: { help: 'a folder for the Hugging Face hub, with its net in PyTorch', endings: [] },
} as const satisfies Readonly<Record<string, Description>>;

export type FormatName = keyof typeof formatDescriptions;
export const formatNames = Object.keys(formatDescriptions) as readonly FormatName[];
