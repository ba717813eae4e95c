"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import type { Answers } from "../answers/answers";
import { READABLE_FACTS, type ReadableFact, readingOf } from "../answers/read-facts";
import type { FoundInText } from "../document/facts-in-text";
import type { OrderText } from "../document/use-order-text";
import type { FormView } from "../form-view";

/** Only what the lists of the form offer is filled in. */
function isOffered(form: FormView, name: ReadableFact, value: string): boolean {
  if (name === "kind") return form.options.kinds.some((kind) => kind === value);
  if (name === "jurisdiction") return form.options.jurisdictions.some(({ code }) => code === value);
  return true;
}

/** The answers with what was found. Facts that a person has typed or confirmed stay as they are. */
function filledIn(form: FormView, { facts }: FoundInText): Partial<Answers> | undefined {
  const { answers } = form;
  const isOpen = (name: ReadableFact) =>
    answers[name] === "" || readingOf(answers, name)?.isConfirmed === false;
  const found = READABLE_FACTS.flatMap(([name]) => {
    const fact = facts[name];
    return fact !== undefined && isOpen(name) && isOffered(form, name, fact.value) ? [{ name, ...fact }] : [];
  });
  if (found.length === 0) return undefined;
  const kept = answers.read.filter((one) => !found.some(({ name }) => name === one.split(":")[0]));
  return {
    ...Object.fromEntries(found.map(({ name, value }) => [name, value])),
    read: [...kept, ...found.map(({ name, page }) => `${name}:${page}`)],
    confirmed: answers.confirmed,
  };
}

/** Fills the facts in once the chosen file has been read. */
export function useFillingIn(form: FormView, text: OrderText): void {
  const latest = useRef(form);
  useEffect(() => {
    latest.current = form;
  });
  useEffect(() => {
    if (typeof text !== "object") return;
    const changes = filledIn(latest.current, text);
    if (changes !== undefined) latest.current.change(changes);
  }, [text]);
}

function confirm({ answers, change }: FormView, name: ReadableFact): void {
  change({
    read: answers.read.filter((one) => one.split(":")[0] !== name),
    confirmed: [...answers.confirmed, name],
  });
}

/**
 * A fact's control, and below it where its value was read. The person confirms it by its button or by Enter, or types
 * over it.
 */
export function ReadFact({
  form,
  name,
  children,
}: {
  form: FormView;
  name: ReadableFact;
  children: ReactNode;
}) {
  const t = useTranslations("requests.new.authority");
  const box = useRef<HTMLDivElement>(null);
  const reading = form.answers[name] === "" ? undefined : readingOf(form.answers, name);
  const accept = () => {
    confirm(form, name);
    // The button disappears, so the focus moves to the control it belongs to.
    box.current?.querySelector<HTMLElement>("input, select")?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter is a short cut of the button below
    <div
      ref={box}
      className="min-w-0"
      onKeyDown={(event) => {
        const isControl =
          event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
        if (event.key === "Enter" && isControl && reading?.isConfirmed === false) accept();
      }}
    >
      {children}
      {reading === undefined ? null : reading.isConfirmed ? (
        <p className="mt-1 flex items-center gap-1 text-accent text-note">
          <Icon name="tick" className="size-[14px]" />
          {t("readConfirmed")}
        </p>
      ) : (
        <p className="mt-1 flex flex-wrap items-center gap-2 text-amber text-note">
          {reading.page === undefined ? t("readFromFile") : t("readFromPage", { page: reading.page })}
          <Button size="bar" look="secondary" onClick={accept}>
            {t("confirm")}
            <span className="sr-only">: {t(name)}</span>
          </Button>
        </p>
      )}
    </div>
  );
}

/** What the file's text gave, in one line. */
export function OrderTextLine({ text }: { text: OrderText }) {
  const t = useTranslations("requests.new.authority");
  const words = () => {
    if (text === "reading") return t("readingText");
    if (text === "none") return t("noText");
    const count = typeof text === "object" ? Object.keys(text.facts).length : undefined;
    if (count === undefined) return "";
    return count === 0 ? t("nothingRead") : t("factsRead", { count });
  };
  return (
    <p role="status" className="mt-3 text-control text-ink-2 empty:hidden">
      {words()}
    </p>
  );
}
