"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { Digest } from "@/components/ui/digest";
import { windowStorage } from "../autosave/open-stores";
import { readSent } from "./sent-mark";

const never = () => () => undefined;

/** The receipt's leaf hash, which only the window that submitted was given. */
export function ReceiptLine({ id }: { id: string }) {
  const t = useTranslations("requests.sent");
  const leafHash = useSyncExternalStore(
    never,
    () => readSent(windowStorage, id)?.leafHash ?? "",
    () => "",
  );
  return leafHash === "" ? t("receiptInLog") : <Digest value={leafHash} label={t("receipt")} />;
}
