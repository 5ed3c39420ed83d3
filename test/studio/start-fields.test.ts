/** The form of the Studio and the settings of `meanfield train` say the same. */
import { expect, it } from 'vitest';
import { show } from '../../src/check.ts';
import { fields } from '../../src/studio/client/start/fields.ts';
import { isNegated, isSetting, keyOf, settingOf } from '../../src/train/settings.ts';

it.each(fields.map((field) => [field.flag, field] as const))('--%s is as the table has it', (flag, field) => {
  const key = keyOf(flag.replace(/^no-/, ''));
  if (!isSetting(key)) throw new Error(`${flag} is not a setting`);
  const { belongsTo, default: usual, kind } = settingOf(key);
  expect(flag.startsWith('no-')).toBe(isNegated(key));
  // The form offers what can be trained on: npy has test images alone.
  const oneOf = belongsTo?.oneOf?.filter((name) => name !== 'npy');
  expect(field.belongsTo).toEqual(belongsTo && { flag: belongsTo.setting, oneOf });
  if (field.kind === 'switch') return;
  // The width that is usual is that of the usual model.
  if (key !== 'width') expect(field.usual).toBe(usual === undefined ? '' : show(usual).replaceAll('"', ''));
  if (field.kind === 'choice')
    for (const option of field.options) expect(kind.check(flag, option)).toBe(option);
});
