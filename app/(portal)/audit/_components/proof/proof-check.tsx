"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import type { CheckResult, ShownEntry } from "@/app/(portal)/audit/_components/proof/check-in-browser";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import { formatCount } from "@/lib/format";

type State =
  | { readonly is: "unchecked" }
  | { readonly is: "checking" }
  | { readonly is: "checked"; readonly result: CheckResult; readonly at: string }
  | { readonly is: "failed"; readonly error: unknown };

function Found({ shown, result }: { shown: ShownEntry; result: Extract<CheckResult, { ok: true }> }) {
  const t = useTranslations("audit.check");
  const locale = useLocale();
  const tick = <Icon name="tick" className="mt-[2px] text-accent" />;
  return (
    <ul className="mt-3 grid gap-2 text-control">
      <li className="flex gap-2">
        {tick}
        <span>
          {t("leaf")} <Digest value={shown.leaf} label={t("leafName")} encoding="base64url" />
        </span>
      </li>
      <li className="flex gap-2">
        {tick}
        {t("path", { count: result.neighbours, size: formatCount(result.size, locale) })}
      </li>
      <li className="flex gap-2">
        {tick}
        <span className="min-w-0">
          {t("signature")}
          <span className="mt-1 block">
            <Digest value={result.key} label={t("keyName")} isWhole />
          </span>
          <span className="mt-1 block text-ink-2">{t("keyFrom")}</span>
        </span>
      </li>
      {result.witnesses.map((witness) => (
        <li key={witness.name} className="flex gap-2">
          {tick}
          <span>
            {t(witness.kind === "own" ? "ownWitness" : "witness")} <LocalTime instant={witness.at} />
          </span>
        </li>
      ))}
      <li className="flex gap-2">
        {result.parts === undefined ? <Icon name="nothing" className="mt-[2px]" /> : tick}
        {result.parts === undefined ? t("partsUnchecked") : t("parts", { count: result.parts })}
      </li>
    </ul>
  );
}

/** Checks what the page shows, in the reader's own browser, when they ask for it. */
export function ProofCheck({ shown, isWanted }: { shown: ShownEntry; isWanted: boolean }) {
  const t = useTranslations("audit.check");
  const [state, setState] = useState<State>({ is: "unchecked" });
  const begun = useRef(false);
  const check = async () => {
    setState({ is: "checking" });
    try {
      const { checkEntry } = await import("@/app/(portal)/audit/_components/proof/check-in-browser");
      const result = await checkEntry(shown);
      setState({ is: "checked", result, at: new Date().toISOString() });
    } catch (error) {
      setState({ is: "failed", error });
    }
  };
  useEffect(() => {
    if (!isWanted || begun.current) return;
    begun.current = true;
    void check();
  });
  const place = useRef<HTMLDivElement>(null);
  // Wherever the page was scrolled to, what was found is seen.
  useEffect(() => {
    if (state.is === "checked" || state.is === "failed") place.current?.scrollIntoView({ block: "nearest" });
  }, [state]);
  const isFine = state.is === "checked" && state.result.ok;
  return (
    <div ref={place} className="mb-4 scroll-mt-4 border-line border-b pb-4">
      {isFine ? null : (
        <Button
          size="bar"
          icon="check"
          shortcut="v"
          data-verify=""
          aria-keyshortcuts="v"
          isBusy={state.is === "checking"}
          onClick={check}
        >
          {t("verify")}
        </Button>
      )}
      <div role="status">
        {state.is === "checking" ? <p className="mt-2 text-control text-ink-2">{t("checking")}</p> : null}
        {state.is === "checked" && state.result.ok ? (
          <>
            <p className="flex items-center gap-2 font-medium text-accent text-control">
              <Icon name="check" />
              <span>
                {t("verified")}, <LocalTime instant={state.at} form="clock" />
              </span>
            </p>
            <Found shown={shown} result={state.result} />
          </>
        ) : null}
        {state.is === "checked" && !state.result.ok ? (
          <div className="mt-3">
            <Notice tone="oxblood" icon="stop" title={t("wrong")}>
              <p>{t(`faults.${state.result.fault}`)}</p>
              <p className="mt-1">{t("wrongNext")}</p>
            </Notice>
          </div>
        ) : null}
      </div>
      {state.is === "failed" ? (
        <div className="mt-3">
          <CallFailure error={state.error} title={t("notChecked")} />
        </div>
      ) : null}
    </div>
  );
}
