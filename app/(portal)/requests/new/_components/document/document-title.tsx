"use client";

import { useLocale } from "next-intl";
import { useSyncExternalStore } from "react";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { formatDecimal, type Locale } from "@/lib/format";
import { documentName, windowStorage } from "../autosave/kept-answers";

const KINDS: Readonly<Record<string, string>> = {
  "application/pdf": "PDF",
  "image/png": "PNG",
  "image/jpeg": "JPEG",
  "image/tiff": "TIFF",
  "application/pkcs7-mime": "p7m",
};

/** The usual name of a file type. */
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

const never = () => () => undefined;

/** The file's name if this window knows it, otherwise its type; with its size. */
export function DocumentTitle(props: {
  person: string;
  document: NonNullable<AuthorizationView["document"]>;
}) {
  const locale = useLocale();
  const { sha256, media_type, bytes } = props.document;
  const name = useSyncExternalStore(
    never,
    () => documentName(windowStorage, props.person, sha256),
    () => undefined,
  );
  return (
    <span className="break-words">
      {name ?? kindOf(media_type)} <span className="text-ink-2">{sizeOf(bytes, locale)}</span>
    </span>
  );
}
