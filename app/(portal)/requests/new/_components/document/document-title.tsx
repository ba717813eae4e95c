"use client";

import { useLocale } from "next-intl";
import { useSyncExternalStore } from "react";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { formatSize } from "@/lib/format";
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
      {name ?? kindOf(media_type)} <span className="text-ink-2">{formatSize(bytes, locale)}</span>
    </span>
  );
}
