"use client";

import { useLocale } from "next-intl";
import { useSyncExternalStore } from "react";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { documentName, windowStorage } from "../autosave/kept-answers";
import { kindOf, sizeOf } from "./document-words";

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
