"use client";

import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useState } from "react";
import { call, target } from "@/components/client/api";
import { useAnswer } from "@/components/client/use-answer";
import { addressOfFound, FOUND_GROUPS, targetsOf } from "@/components/layout/find-targets";
import { placesFor, type Viewer } from "@/components/layout/places";
import { Dialog } from "@/components/ui/dialog";
import { Icon, type IconName } from "@/components/ui/icon";
import type { search } from "@/lib/api-client/operations/home";
import type { FoundKind } from "@/lib/home/search-schema";

const ITEM =
  "flex min-h-row cursor-pointer items-center gap-3 px-3 text-control data-[selected=true]:bg-accent-wash";
const HEADING =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-ink-2 [&_[cmdk-group-heading]]:text-note";
const SEARCH = target<typeof search>("GET", "/confidential/search");
/** A search waits until the person stops typing. */
const PAUSE_MS = 200;
const SHORTEST = 2;

const ICONS: Readonly<Record<FoundKind, IconName>> = {
  case: "folder",
  grant: "grant",
  request: "request",
  transaction: "transaction",
  person: "person",
  organisation: "building",
  participant: "transaction",
  key: "key",
};

/** Returns the text once it has not changed for a moment. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

interface Line {
  readonly key: string;
  readonly icon: IconName;
  readonly text: string;
  readonly note?: string | undefined;
  readonly href: string;
}

/** One group of lines. `match` is what the list is filtered by: found things match whatever was typed. */
function Lines({
  heading,
  lines,
  match,
  onGo,
}: {
  heading: string;
  lines: readonly Line[];
  match: (line: Line) => string;
  onGo: (href: string) => void;
}) {
  if (lines.length === 0) return null;
  return (
    <Command.Group heading={heading} className={HEADING}>
      {lines.map((line) => (
        <Command.Item key={line.key} value={match(line)} onSelect={() => onGo(line.href)} className={ITEM}>
          <Icon name={line.icon} />
          <span className="min-w-0 truncate">{line.text}</span>
          {line.note === undefined ? null : (
            <span className="ml-auto min-w-0 shrink-[99] truncate text-ink-2 text-note">{line.note}</span>
          )}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

/** Finds a thing by reference, id or name, and jumps to it or to a page. */
export function FindDialog({ viewer, onClose }: { viewer: Viewer; onClose: () => void }) {
  const t = useTranslations("portal");
  const router = useRouter();
  const [text, setText] = useState("");
  const [selected, setSelected] = useState("");
  const typed = text.trim();
  const asked = usePaused(typed);
  const places = placesFor(viewer);
  const { data, isError, isFetching } = useAnswer({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => call(SEARCH, { query: { q: asked }, signal }),
    enabled: asked.length >= SHORTEST,
  });
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  const isCurrent = asked === typed && typed.length >= SHORTEST;
  const isPending = typed.length >= SHORTEST && (asked !== typed || isFetching);
  const found = isCurrent ? (data?.items ?? []) : [];
  const [first] = found;
  const best = first === undefined ? undefined : `${typed} ${first.kind} ${first.id}`;
  // What is found comes after the other lines, and Enter jumps to it all the same.
  useEffect(() => {
    if (best !== undefined) setSelected(best);
  }, [best]);
  // Enter that comes before the answer waits for it: a number means the thing, not the first list. Places have no digits.
  const [isHurried, setHurried] = useState(false);
  useEffect(() => {
    if (!isHurried || isPending) return;
    setHurried(false);
    if (first === undefined) return;
    onClose();
    router.push(addressOfFound(first.kind, first.id));
  }, [isHurried, isPending, first, onClose, router]);
  const [isChosen, setChosen] = useState(false);
  const hurry = (event: KeyboardEvent) => {
    if (event.key.startsWith("Arrow")) setChosen(true);
    if (event.key !== "Enter" || !isPending || isChosen || !/\d/.test(typed)) return;
    event.preventDefault();
    setHurried(true);
  };
  const targets =
    typed === ""
      ? []
      : targetsOf(
          typed,
          places.map((place) => place.key),
        );
  return (
    <Dialog isOpen onClose={onClose} title={t("find.title")}>
      <Command label={t("find.title")} value={selected} onValueChange={setSelected} onKeyDown={hurry}>
        <Command.Input
          data-first-focus
          value={text}
          onValueChange={(value) => {
            setText(value);
            setChosen(false);
            setHurried(false);
          }}
          placeholder={t("find.placeholder")}
          className="w-full min-h-touch rounded-control border border-edge bg-sheet px-3 text-body tablet:min-h-form"
        />
        {isError && isCurrent ? (
          <p role="status" className="px-3 pt-2 text-control text-oxblood">
            {t("find.failed")}
          </p>
        ) : null}
        <Command.List className="mt-3 max-h-[50dvh] overflow-y-auto">
          {isCurrent && data !== undefined && data.more.length > 0 ? (
            <p className="px-3 pt-2 text-control text-ink-2">{t("find.more")}</p>
          ) : null}
          <Command.Empty className="px-3 py-2 text-control text-ink-2">{t("find.nothing")}</Command.Empty>
          {(["goTo", "records", "people"] as const).map((group) => (
            <Lines
              key={group}
              heading={t(`find.${group}`)}
              lines={found
                .filter(({ kind }) => FOUND_GROUPS[kind] === group)
                .map(({ kind, id, name, note }) => ({
                  key: `${kind} ${id}`,
                  icon: ICONS[kind],
                  text: t(`find.${kind}`, { text: name }),
                  note,
                  href: addressOfFound(kind, id),
                }))}
              match={({ key }) => `${typed} ${key}`}
              onGo={go}
            />
          ))}
          <Lines
            heading={t("find.lists")}
            lines={targets.map(({ key, href }) => ({
              key,
              icon: "search",
              text: t(`find.${key}`, { text: typed }),
              href,
            }))}
            match={({ key }) => `${typed} ${key}`}
            onGo={go}
          />
          <Lines
            heading={t("find.places")}
            lines={places.map(({ key, icon, href }) => ({ key, icon, text: t(`places.${key}`), href }))}
            match={({ text: name }) => name}
            onGo={go}
          />
        </Command.List>
      </Command>
    </Dialog>
  );
}
