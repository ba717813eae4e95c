"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Breaking } from "@/components/ui/breaking";
import { Icon } from "@/components/ui/icon";
import { Unbroken } from "@/components/ui/unbroken";
import { shortDigest } from "@/lib/format";

/** A longer value is a digest: it has no place where it should break. */
const LONGEST_ID = 40;
/** A key of a signed note: name, key id and key. It breaks at its own marks. */
const NOTE_KEY = /^[^+]+\+[\da-f]{8}\+/;

/**
 * A digest, long id or fingerprint: first eight … last four, copied whole; on paper, whole and wrapped. `encoding` names
 * how its bytes are written, where the same digest is written otherwise elsewhere.
 */
export function Digest({
  value,
  label,
  isWhole = false,
  encoding,
}: {
  value: string;
  label?: string;
  isWhole?: boolean;
  encoding?: "hex" | "base64" | "base64url";
}) {
  const t = useTranslations("ui");
  const [outcome, setOutcome] = useState<"copied" | "failed" | undefined>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  return (
    <span
      className={`inline-flex max-w-full items-center gap-1 align-baseline ${encoding === undefined ? "" : "flex-wrap"}`}
    >
      {isWhole ? (
        <span
          title={value}
          className={`min-w-0 text-balance font-mono text-control ${value.length > LONGEST_ID && !NOTE_KEY.test(value) ? "break-all" : "wrap-anywhere"}`}
        >
          {NOTE_KEY.test(value) ? <Breaking text={value} /> : <Unbroken>{value}</Unbroken>}
        </span>
      ) : (
        <span
          title={value}
          className="whitespace-nowrap font-mono text-control print:whitespace-normal print:break-all print:after:content-[attr(title)]"
        >
          <span className="print:hidden">{shortDigest(value)}</span>
        </span>
      )}
      <button
        type="button"
        onClick={copy}
        aria-label={label === undefined ? t("copyWhole") : t("copyNamed", { name: label })}
        className="inline-flex size-6 shrink-0 cursor-pointer items-center justify-center rounded-field text-ink-3 hover:text-ink print:hidden"
      >
        <Icon name={outcome === "copied" ? "tick" : "copy"} className="size-[14px]" />
      </button>
      {encoding === undefined ? null : <span className="text-ink-2 text-note">{encoding}</span>}
      <span role="status" className="sr-only">
        {outcome === undefined ? "" : t(outcome)}
      </span>
    </span>
  );
}
