import { formatDecimal, type Locale } from "@/lib/format";

const KINDS: Readonly<Record<string, string>> = {
  "application/pdf": "PDF",
  "image/png": "PNG",
  "image/jpeg": "JPEG",
  "image/tiff": "TIFF",
  "application/pkcs7-mime": "p7m",
};

/** What people call a kind of file. */
export function kindOf(mediaType: string): string {
  return KINDS[mediaType] ?? mediaType;
}

/** 1887436 → 1.8 MB, in German 1,8 MB */
export function sizeOf(bytes: number, locale: Locale): string {
  const inMegabytes = bytes / 1_048_576;
  return inMegabytes >= 0.1
    ? `${formatDecimal(inMegabytes.toFixed(1), locale)} MB`
    : `${Math.max(1, Math.round(bytes / 1024))} kB`;
}
