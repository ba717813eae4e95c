/**
 * How much a browser draws of another person's document: a small file can name more pages, and larger images, than any
 * browser has memory for. The page says what is left out, and the file can be downloaded.
 */

/** Pixels of one image: an A4 sheet scanned at 600 dpi has 34.8 million. */
export const MAX_IMAGE_PIXELS = 36_000_000;
/** Bytes of one image as it is kept for drawing, at four a pixel; a larger one is made smaller after it was decoded. */
export const MAX_KEPT_BYTES = 64_000_000;
/** Bytes of one array while an image is decoded: all its pixels, at four bytes. */
export const MAX_ARRAY_BYTES = 4 * MAX_IMAGE_PIXELS;
/** Pages that are listed at once, and at each demand for more. */
export const PAGES_AT_ONCE = 50;
/** A file of 20 MB that says it has more pages than this is not believed. */
export const MAX_PAGES = 5_000;
/** Runs of text that are read of one page. */
export const MAX_RUNS = 20_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** PNG, section 11.2.1: IHDR is the first chunk, its width and height are its first members. */
function sizeOfPng(view: DataView): Size | undefined {
  if (view.byteLength < 24 || view.getUint32(12) !== 0x49484452) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** ITU-T T.81, B.2.2: the frame header, found by walking over the segments before it. */
function sizeOfJpeg(view: DataView): Size | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (isFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    // A fill byte before a marker; else the segment's length counts itself.
    at += marker === 0xff ? 1 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}

/** Pixels of a PNG or JPEG by its header, before anything decodes it; undefined where the header cannot be read. */
export function pixelsOf(bytes: Uint8Array, mediaType: string): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = mediaType === "image/png" ? sizeOfPng(view) : sizeOfJpeg(view);
  return size === undefined ? undefined : size.width * size.height;
}

/** Whether a browser may decode this PNG or JPEG. */
export function isDrawable(bytes: Uint8Array, mediaType: string): boolean {
  const pixels = pixelsOf(bytes, mediaType);
  return pixels !== undefined && pixels > 0 && pixels <= MAX_IMAGE_PIXELS;
}
