/** VitePress's own theme in one colour, with the fonts of the reader's system. */
import 'katex/dist/katex.min.css';
import theme from 'vitepress/theme-without-fonts';
import './style.css';

export default theme;
