import { defineView } from '../view.ts';
import * as code from './code.ts';
import * as compute from './compute.ts';
import * as draw from './draw.ts';
import { presets } from './presets.ts';
import * as texts from './texts.ts';

export const flow = defineView({ ...texts, ...compute, ...draw, ...code, presets });
