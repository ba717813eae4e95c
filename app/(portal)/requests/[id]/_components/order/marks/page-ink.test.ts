import { describe, expect, it } from "vitest";
import type { Mark } from "./order-marks";
import { hasInk, judgeMarks } from "./page-ink";

type Colour = readonly [number, number, number];
const WHITE: Colour = [255, 255, 255];

/** A box of print 80 wide and 10 high; `paint` gives the colour of what is not paper. */
function box(paint: (x: number, y: number) => Colour | undefined, paper = WHITE): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(80 * 10 * 4);
  for (let at = 0; at < 800; at++) {
    const [red, green, blue] = paint(at % 80, Math.floor(at / 80)) ?? paper;
    pixels.set([red, green, blue, 255], at * 4);
  }
  return pixels;
}
/** Strokes like those of letters: a thin one every five pixels. */
const strokes = (colour: Colour) => (x: number, y: number) => (x % 5 === 0 && y > 2 ? colour : undefined);
const ink = (pixels: Uint8ClampedArray): boolean => hasInk(pixels, 80, 10);

describe("print in a box", () => {
  it("is seen in black, in grey, in colour, and in white on a dark ground", () => {
    expect(ink(box(strokes([0, 0, 0])))).toBe(true);
    expect(ink(box(strokes([150, 150, 150])))).toBe(true);
    expect(ink(box(strokes([40, 60, 255])))).toBe(true);
    expect(ink(box(strokes(WHITE), [20, 20, 40]))).toBe(true);
  });

  it("is not seen in an empty box, in white on white, or in nearly white text", () => {
    expect(ink(box(() => undefined))).toBe(false);
    expect(ink(box(strokes(WHITE)))).toBe(false);
    expect(ink(box(strokes([245, 245, 245])))).toBe(false);
    expect(ink(box(strokes([120, 120, 120]), [128, 128, 128]))).toBe(false);
  });

  it("is more than a spot, or the end of the next word", () => {
    expect(ink(box((x, y) => (x === 40 && y === 5 ? [0, 0, 0] : undefined)))).toBe(false);
    expect(ink(box((x) => (x < 12 ? [0, 0, 0] : undefined)))).toBe(false);
  });
});

describe("marks on a drawn page", () => {
  const mark = (fact: number, top: number, isFirst = true): Mark => ({
    fact,
    left: 0,
    top,
    width: 1,
    height: 0.1,
    isFirst,
  });

  it("are kept where something is printed; a fact with an unprinted part is the text's alone", () => {
    const marks = [mark(1, 0.1), mark(2, 0.2), mark(2, 0.3, false), mark(4, 0.4)];
    const judged = judgeMarks(marks, ({ top }) => top !== 0.3);
    expect(judged).toEqual({ marks: [marks[0], marks[3]], seen: [1, 4], hidden: [2] });
  });
});
