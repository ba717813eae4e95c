"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { FindActor } from "@/app/(portal)/audit/_components/filter/find-actor";
import { Icon } from "@/components/ui/icon";

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Chooses an actor: one from the entries in the list, or any other that a search among all actors finds. */
export function ActorPick(props: {
  id: string;
  choices: readonly Choice[];
  current: string;
  any: string;
  className: string;
}) {
  const t = useTranslations("audit.actors.find");
  const [chosen, setChosen] = useState(props.current);
  const [found, setFound] = useState<Choice>();
  const [isOpen, setOpen] = useState(false);
  const isKnown = props.choices.some(({ value }) => value === found?.value);
  const choices = found === undefined || isKnown ? props.choices : [...props.choices, found];
  return (
    <>
      <select
        id={props.id}
        name="actor"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
        className={props.className}
      >
        <option value="">{props.any}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <button
        type="button"
        aria-label={t("open")}
        title={t("open")}
        onClick={() => setOpen(true)}
        className="inline-flex size-6 shrink-0 cursor-pointer items-center justify-center rounded-field text-ink-2 hover:text-ink"
      >
        <Icon name="search" className="size-[14px]" />
      </button>
      {isOpen ? (
        <FindActor
          onClose={() => setOpen(false)}
          onPick={(actor, label) => {
            setFound({ value: actor, label });
            setChosen(actor);
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}
