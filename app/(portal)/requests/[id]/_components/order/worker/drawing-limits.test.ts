import { describe, expect, it } from "vitest";
import { isDrawable, MAX_IMAGE_PIXELS, pixelsOf } from "./drawing-limits";

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

const png = (width: number, height: number): Uint8Array =>
  Uint8Array.from([
    0x89,
    ...ascii("PNG\r\n"),
    0x1a,
    0x0a,
    ...u32(13),
    ...ascii("IHDR"),
    ...u32(width),
    ...u32(height),
    1,
    0,
    0,
    0,
    0,
  ]);

/** A frame header behind the segments that come before it. */
const jpeg = (width: number, height: number, before: number[] = []): Uint8Array =>
  Uint8Array.from([
    0xff,
    0xd8,
    ...before,
    0xff,
    0xc2,
    ...u16(11),
    8,
    ...u16(height),
    ...u16(width),
    1,
    1,
    0x11,
    0,
  ]);

describe("an image sent as an order", () => {
  it("is measured by its header, before a browser gives it memory", () => {
    expect(pixelsOf(png(30_000, 30_000), "image/png")).toBe(900_000_000);
    expect(pixelsOf(jpeg(2_480, 3_508), "image/jpeg")).toBe(2_480 * 3_508);
    // Comment, table (FFC4 is not a frame), fill bytes.
    const before = [0xff, 0xfe, ...u16(4), 0xff, 0xc0, 0xff, 0xc4, ...u16(5), 1, 2, 3, 0xff, 0xff];
    expect(pixelsOf(jpeg(65_000, 65_000, before), "image/jpeg")).toBe(65_000 * 65_000);
  });

  it("is drawn up to an A4 sheet at 600 dpi, and not beyond it", () => {
    expect(isDrawable(png(4_960, 7_016), "image/png")).toBe(true);
    expect(isDrawable(png(MAX_IMAGE_PIXELS, 1), "image/png")).toBe(true);
    expect(isDrawable(png(MAX_IMAGE_PIXELS + 1, 1), "image/png")).toBe(false);
    expect(isDrawable(jpeg(30_000, 30_000), "image/jpeg")).toBe(false);
  });

  it("is not drawn where its header cannot be read, however it continues", () => {
    for (const bytes of [
      [],
      [0xff, 0xd8],
      [0xff, 0xd8, 0xff, 0xe0, 0, 0],
      [0xff, 0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ])
      expect(isDrawable(Uint8Array.from(bytes), "image/jpeg")).toBe(false);
    const late = png(10, 10);
    late.set(ascii("iDOT"), 12);
    expect(isDrawable(late, "image/png")).toBe(false);
    expect(isDrawable(png(0, 10), "image/png")).toBe(false);
  });
});
