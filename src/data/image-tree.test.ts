/** Reads random trees of image folders: each labelled real image once, under the right class. */
import { linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodePng } from '../io/png.ts';
import { DataError } from '../errors.ts';
import { classNameOf } from './class-names.ts';
import { isClutter } from './folder-walk.ts';
import { readImageFolder } from './image-folder.ts';
import { listImages } from './image-tree.ts';
import { temporaryFolder } from '../test-folder.ts';

const odd = [
  '-rf',
  '--',
  ' ',
  'a b',
  'line\nbreak',
  'caf\u00e9',
  'cafe\u0301',
  '\ud83d\udc1c',
  '%s',
  "it's",
  'x[1]',
  '$(ls)',
  '*',
  'CON',
  '~',
  '\\',
];
const nameOf = fc
  .oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }))
  .filter((name) => !/[/\0]/.test(name) && !isClutter(name));

const clutterFiles = ['._a.png', '.DS_Store', '.hidden.png', 'Thumbs.db', 'desktop.ini'];
const clutterFolders = ['.ipynb_checkpoints', '__MACOSX', '.git', '@eaDir'];

/** The contents of a class folder at any depth. */
type Item =
  | { kind: 'image' | 'other'; name: string }
  | { kind: 'folder'; name: string; items: Item[] }
  | { kind: 'clutter file' | 'clutter folder'; which: number }
  | { kind: 'hard link'; name: string; to: number }
  | {
      kind: 'link';
      name: string;
      to: 'root' | 'part' | 'class' | 'here' | 'filesystem' | 'nowhere' | 'itself';
    }
  | { kind: 'link to class' | 'link to image'; name: string; to: number }
  | { kind: 'link outside'; name: string; folder: boolean };

const link = { name: nameOf };
const { items } = fc.letrec<{ items: Item[]; item: Item }>((tie) => ({
  items: fc.array(tie('item'), { maxLength: 5 }),
  item: fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('image' as const), ...link }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('other' as const), ...link }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('folder' as const), ...link, items: tie('items') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('clutter file' as const, 'clutter folder' as const),
        which: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hard link' as const), ...link, to: fc.nat(50) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('link' as const),
        ...link,
        to: fc.constantFrom('root', 'part', 'class', 'here', 'filesystem', 'nowhere', 'itself'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('link to class' as const, 'link to image' as const),
        ...link,
        to: fc.nat(50),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('link outside' as const), ...link, folder: fc.boolean() }),
    },
  ),
}));

const tree = fc.record({
  names: fc.uniqueArray(nameOf, { minLength: 2, maxLength: 4 }),
  parts: fc.tuple(...['train', 'test', 'val'].map(() => fc.array(items, { minLength: 4, maxLength: 4 }))),
  withVal: fc.boolean(),
});

interface Expected {
  /** The class of each image. */
  readonly classes: Map<number, string>;
}

/** Creates the tree, and returns the expected result. */
class Builder {
  readonly root: string;
  readonly expected = new Map<string, Expected>();
  readonly #later: (() => void)[] = [];
  readonly #images: { path: string; part: string; name: string; id: number }[] = [];
  readonly #folders: string[] = [];
  #count = 0;

  constructor(root: string) {
    this.root = root;
  }

  /** A picture of two pixels that encode its number. */
  #image(path: string): number {
    const id = this.#count++;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, encodePng(Uint8Array.of(id >> 8, id & 255), { width: 2, height: 1, channels: 1 }));
    return id;
  }

  part(part: string, classes: readonly (readonly [string, readonly Item[]])[]): void {
    const expected: Expected = { classes: new Map() };
    this.expected.set(part, expected);
    for (const [name, list] of classes) {
      const folder = join(this.root, 'set', part, name);
      mkdirSync(folder, { recursive: true });
      this.#folders.push(folder);
      this.#fill(folder, part, name, list);
    }
  }

  #fill(folder: string, part: string, name: string, list: readonly Item[]): void {
    const { classes } = this.expected.get(part)!;
    const used = new Set<string>();
    for (const item of list) {
      const path = join(
        folder,
        'name' in item
          ? `${item.name}${item.kind === 'image' || item.kind === 'hard link' ? '.PnG' : item.kind === 'other' ? '.txt' : ''}`
          : '',
      );
      if ('name' in item) {
        if (used.has(path)) continue;
        used.add(path);
      }
      switch (item.kind) {
        case 'image': {
          const id = this.#image(path);
          classes.set(id, classNameOf(name));
          this.#images.push({ path, part, name, id });
          break;
        }
        case 'other':
          writeFileSync(path, 'words');
          break;
        case 'folder':
          mkdirSync(path);
          this.#fill(path, part, name, item.items);
          break;
        case 'clutter file':
          this.#image(join(folder, clutterFiles[item.which]!));
          break;
        case 'clutter folder':
          this.#image(join(folder, clutterFolders[item.which]!, 'a.png'));
          break;
        case 'hard link':
          // Within one class and part: the class of a file in two would be ambiguous.
          this.#later.push(() => {
            const own = this.#images.filter((image) => image.part === part && image.name === name);
            const image = own[item.to % (own.length || 1)];
            if (image) linkSync(image.path, path);
          });
          break;
        case 'link': {
          const targets = {
            root: join(this.root, 'set'),
            part: join(this.root, 'set', part),
            class: join(this.root, 'set', part, name),
            here: '.',
            filesystem: '/',
            nowhere: 'no/such/place',
            itself: path,
          };
          symlinkSync(targets[item.to], path);
          break;
        }
        case 'link to class':
        case 'link to image':
          this.#later.push(() => {
            const targets =
              item.kind === 'link to class' ? this.#folders : this.#images.map((image) => image.path);
            const target = targets[item.to % (targets.length || 1)];
            if (target === undefined) return;
            symlinkSync(target, item.kind === 'link to image' ? `${path}.png` : path);
          });
          break;
        case 'link outside': {
          const outside = join(this.root, 'outside', String(this.#count));
          const file = join(outside, 'far.png');
          classes.set(this.#image(file), classNameOf(name));
          symlinkSync('..', join(outside, 'loop'));
          symlinkSync(item.folder ? outside : file, item.folder ? path : `${path}.png`);
          break;
        }
      }
    }
  }

  finish(): void {
    for (const step of this.#later)
      try {
        step();
      } catch (error) {
        // The name was taken.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
  }
}

it('over random trees each labelled real image is read once, under the right class', async () => {
  let [images, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(tree, async ({ names, parts, withVal }) => {
      const root = temporaryFolder();
      const builder = new Builder(root);
      const used = withVal ? ['train', 'test', 'val'] : ['train', 'test'];
      used.forEach((part, p) => {
        builder.part(
          part,
          names.map((name, c) => [name, parts[p]![c]!]),
        );
      });
      builder.finish();
      const classNames = [...new Set(names.map(classNameOf))].sort();
      const missing = used.filter((part) => {
        const { classes } = builder.expected.get(part)!;
        return new Set(classes.values()).size < classNames.length;
      });
      const set = join(root, 'set');
      if (missing.length > 0) {
        refused++;
        await expect(readImageFolder(set)).rejects.toBeInstanceOf(DataError);
      }
      if (used.some((part) => builder.expected.get(part)!.classes.size === 0)) return;
      const { train, test, validation } = await readImageFolder(set, { allowEmptyClasses: true });
      for (const [part, found] of [
        ['train', train],
        ['test', test],
        ['val', validation],
      ] as const) {
        if (part === 'val' && !withVal) continue;
        expect(found!.classes).toEqual(classNames);
        const seen = Array.from({ length: found!.count }, (_, i): [number, string] => [
          (found!.images[2 * i]! << 8) | found!.images[2 * i + 1]!,
          found!.classes[found!.labels[i]!]!,
        ]);
        images += seen.length;
        expect(seen.sort(([a], [b]) => a - b)).toEqual(
          [...builder.expected.get(part)!.classes].sort(([a], [b]) => a - b),
        );
      }
      // Unlabelled images are also found, and targets of links to other parts; none of them twice.
      const { files } = await listImages([join(set, 'train')]);
      expect(files.length).toBeGreaterThanOrEqual(train.count);
      expect(new Set(files.map((file) => statSync(file).ino)).size).toBe(files.length);
    }),
    { numRuns: 50, seed: 20 },
  );
  // Both outcomes occurred.
  expect(images).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(10);
});
