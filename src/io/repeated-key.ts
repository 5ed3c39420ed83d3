/** JSON.parse silently keeps the last of two equal keys, but a file with a repeated key is ambiguous. */

/** Index just after the string that starts at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The first repeated key in an object, at any depth. @param text - JSON that JSON.parse accepts */
export function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      let next = end;
      while (/\s/.test(text[next] ?? '')) next++;
      if (text[next] === ':') {
        // Parsed, because "a" and "\u0061" are the same key.
        const key = JSON.parse(text.slice(at, end)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}
