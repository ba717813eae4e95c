"use client";

import { useTranslations } from "next-intl";
import { type ComponentProps, useState, useSyncExternalStore } from "react";
import { type BoundForm, instantOfTyped, typedOfInstant } from "./local-bound";

const never = () => () => undefined;

/** The reader's zone; undefined on the server and where no script runs, where times are in UTC. */
function useZone(): string | undefined {
  return useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => undefined,
  );
}

interface BoundProps extends Omit<ComponentProps<"input">, "type" | "name" | "defaultValue" | "form"> {
  readonly name: string;
  /** The instant in the address; empty for none. */
  readonly instant: string;
  readonly form: BoundForm;
  /** The bound ends the span: its day counts in full. */
  readonly isEnd?: boolean;
}

/** The control in the reader's zone. A hidden control next to it has the instant, and the name. */
function LocalBound({ name, instant, form, isEnd = false, ...rest }: BoundProps) {
  const shown = typedOfInstant(instant, form, isEnd, false);
  const [typed, setTyped] = useState(shown);
  return (
    <>
      <input
        {...rest}
        {...kindOf(rest, form)}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <input type="hidden" name={name} value={typed === shown ? instant : instantOfTyped(typed, isEnd)} />
    </>
  );
}

/** A time control cannot show an invalid time, so a text field keeps what was typed. */
function kindOf(rest: ComponentProps<"input">, form: BoundForm) {
  if (rest["aria-invalid"] === true) return { type: "text" };
  return form === "day" ? { type: "date" } : { type: "datetime-local", step: 1 };
}

/** A bound of a date filter, typed in the zone in which rows show their times. The address has the instant. */
export function BoundInput(props: BoundProps) {
  const zone = useZone();
  const { name, instant, form, isEnd = false, ...rest } = props;
  // What is sent without a script has no zone: the server reads it as UTC.
  if (zone === undefined)
    return (
      <input
        {...rest}
        {...kindOf(rest, form)}
        name={name}
        defaultValue={typedOfInstant(instant, form, isEnd, true)}
      />
    );
  return <LocalBound key={instant} {...props} />;
}

/** Names the zone of a filter's dates. */
export function ZoneNote({ id }: { id: string }) {
  const t = useTranslations("ui");
  const zone = useZone();
  return <span id={id}>{zone === undefined ? t("zoneUtc") : t("zoneOwn", { zone })}</span>;
}
