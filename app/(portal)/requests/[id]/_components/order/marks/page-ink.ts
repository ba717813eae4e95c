import type { Mark } from "./order-marks";

/** A difference in one of red, green and blue (0 to 255) that a reader sees as print. */
const CLEAR = 40;

/** The commonest colour, to within 16 steps of each channel: the paper of a box of print. */
function paperOf(pixels: Uint8ClampedArray): readonly [number, number, number] {
  const counts = new Map<number, number>();
  let [best, most] = [0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    const colour = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4);
    const count = (counts.get(colour) ?? 0) + 1;
    counts.set(colour, count);
    if (count > most) [best, most] = [at, count];
  }
  return [pixels[best] ?? 0, pixels[best + 1] ?? 0, pixels[best + 2] ?? 0];
}

/**
 * Whether a box of RGBA pixels has print in it. The box is cut into squares, and half of them need a pixel that differs
 * clearly from the paper. So a spot or the end of the next word does not count. It does not read the print.
 */
export function hasInk(pixels: Uint8ClampedArray, width: number, height: number): boolean {
  const [red, green, blue] = paperOf(pixels);
  const cells = Math.max(1, Math.round(width / Math.max(1, height)));
  const inked = new Set<number>();
  for (let at = 0; at < width * height; at++) {
    const [r = 0, g = 0, b = 0] = [pixels[at * 4], pixels[at * 4 + 1], pixels[at * 4 + 2]];
    if (Math.max(Math.abs(r - red), Math.abs(g - green), Math.abs(b - blue)) > CLEAR)
      inked.add(Math.floor(((at % width) * cells) / width));
  }
  return inked.size * 2 >= cells;
}

/** Whether a mark's box on a drawn page has print in it. False if most of the box is outside the page. */
export function hasInkIn(canvas: HTMLCanvasElement, box: Mark): boolean {
  const [left, right] = [box.left * canvas.width, (box.left + box.width) * canvas.width];
  const [top, bottom] = [box.top * canvas.height, (box.top + box.height) * canvas.height];
  const [x, y] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  const width = Math.min(canvas.width, Math.ceil(right)) - x;
  const height = Math.min(canvas.height, Math.ceil(bottom)) - y;
  if (width < 1 || height < 1 || width * 2 < right - left || height * 2 < bottom - top) return false;
  const context = canvas.getContext("2d");
  return context !== null && hasInk(context.getImageData(x, y, width, height).data, width, height);
}

/** Which facts a page's text says, by number. */
export interface FoundFacts {
  /** Something is printed where the text says them. */
  readonly seen: readonly number[];
  /** In the file's text, but not visible: too pale, outside the page, or not drawn. */
  readonly hidden: readonly number[];
}

export interface JudgedMarks extends FoundFacts {
  /** Marks of the facts that are seen. */
  readonly marks: readonly Mark[];
}

/** Parts the facts that can be seen from those that only the file's text says; every box of a passage counts. */
export function judgeMarks(marks: readonly Mark[], isPrinted: (mark: Mark) => boolean): JudgedMarks {
  const hidden = new Set(marks.filter((mark) => !isPrinted(mark)).map(({ fact }) => fact));
  const left = marks.filter(({ fact }) => !hidden.has(fact));
  return { marks: left, seen: [...new Set(left.map(({ fact }) => fact))], hidden: [...hidden] };
}
