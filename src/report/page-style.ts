/** The style of a page: system fonts, one column that grows to three, light and dark. */
import { grid, ink, muted, paper, rule, testColour } from '../draw/index.ts';

const variables = (side: 'light' | 'dark'): string =>
  Object.entries({ ink, muted, rule, grid, card: paper, accent: testColour })
    .map(([name, colour]) => `--${name}:${colour[side]}`)
    .join(';');

/**
 * @param dark - extra rules for a dark page, besides the variables
 * @param own - rules of this page; the dark rules override them
 */
export function pageStyle(dark: string, own: string): string {
  return `
:root{color-scheme:light dark;${variables('light')};--page:#f6f7f8;--mark:#fdf1d6;--warn:#fdf1d6}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1400px;margin:0 auto;padding:40px 32px 64px}
h1{font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:0 0 6px;text-wrap:balance}
h2{font-size:19px;font-weight:650;letter-spacing:-.005em;margin:44px 0 14px}
h3{font-size:15px;font-weight:650;margin:0}
p{margin:0 0 12px;max-width:76ch}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
.name{color:var(--muted);overflow-wrap:anywhere}
.box{background:var(--card);border:1px solid var(--grid);border-radius:8px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));margin:24px 0 0;background:var(--card);border:1px solid var(--grid);border-radius:8px;overflow:hidden}
.facts div{padding:12px 14px 10px;box-shadow:-1px -1px 0 var(--grid)}
.facts dt{color:var(--muted);font-size:12.5px;line-height:1.3}
.facts dd{margin:3px 0 0;font-size:17px;line-height:1.3;font-variant-numeric:tabular-nums;font-weight:550;overflow-wrap:anywhere}
.facts .lead dd{color:var(--accent);font-weight:650}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px}
figure{margin:0;padding:16px 16px 14px;display:flex;flex-direction:column;min-width:0}
figure.wide{grid-column:1/-1}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,370px),1fr));gap:8px 24px;margin:10px 0 4px}
.panels svg{display:block;width:100%;max-width:520px;height:auto}
figcaption{color:var(--muted);font-size:13px;line-height:1.5;max-width:88ch;padding-top:6px}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:8px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:500;white-space:nowrap;font-size:12.5px}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
.runs td,.runs tbody th{white-space:nowrap}
.settings th,.settings td{padding:4px 12px;overflow-wrap:anywhere}
.settings td{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px;min-width:9ch}
.settings tbody th{color:var(--muted);font-weight:400;white-space:nowrap}
.differs td{background:var(--mark)}
.differs th::after{content:" ≠";color:var(--ink)}
.swatch{display:inline-block;width:18px;height:3px;border-radius:2px;vertical-align:middle;margin-right:8px}
details{margin-top:12px}
details>summary{cursor:pointer;padding:10px 14px;font-weight:550}
details[open]>summary{border-bottom:1px solid var(--grid)}
.run>summary{font-size:17px;padding:12px 2px;border-bottom:1px solid var(--rule)}
.run>summary+*{margin-top:16px}
pre{margin:0 0 12px;padding:10px 14px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.problems{background:var(--warn);border-radius:8px;padding:12px 16px;margin-top:20px;font-size:14px}
.problems ul{margin:4px 0 0;padding-left:20px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px;align-items:start}
.pair details{margin-top:0}
${own}
@media(max-width:600px){
main{padding:24px 12px 40px}
h1{font-size:23px}
figure{padding:12px 8px 12px}
figure>h3,figcaption{padding-left:6px;padding-right:6px}
.facts{grid-template-columns:repeat(2,1fr)}
th,td{padding:7px 10px}
}
@media(prefers-color-scheme:dark){
:root{${variables('dark')};--page:#0e1114;--mark:#3a3116;--warn:#332a12}
${dark}
}
@media print{body{background:#fff}figure,details{break-inside:avoid}main{max-width:none;padding:0}}
`.trim();
}
