"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface PickGroup {
  readonly name: string;
  readonly choices: readonly Choice[];
}

/** Letters and digits only, so that spaces, dots and capitals do not matter. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");

/**
 * Chooses an action: by its group, or by typing a part of its words or its name. Typing narrows the choice, and the only
 * action that is left is chosen.
 */
export function ActionPick(props: {
  id: string;
  current: string;
  groups: readonly PickGroup[];
  any: string;
  className: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
}) {
  const t = useTranslations("audit.filter");
  const { groups, current, any, className, id, ...wrong } = props;
  const [sought, setSought] = useState("");
  const [chosen, setChosen] = useState(current);
  const all = groups.flatMap(({ choices }) => choices);
  const matches = ({ value, label }: Choice, text: string) =>
    plain(`${label} ${value}`).includes(plain(text));
  const fits = (choice: Choice) => sought === "" || choice.value === chosen || matches(choice, sought);
  const seek = (text: string) => {
    setSought(text);
    const found = text === "" ? [] : all.filter((choice) => matches(choice, text));
    const [only] = found;
    if (only !== undefined && found.length === 1) setChosen(only.value);
  };
  const isKnown = all.some(({ value }) => value === current);
  return (
    <>
      <select
        id={id}
        name="action"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
        className={className}
        {...wrong}
      >
        <option value="">{any}</option>
        {current === "" || isKnown ? null : <option value={current}>{current}</option>}
        {groups.map(({ name, choices }) => {
          const here = choices.filter(fits);
          return here.length === 0 ? null : (
            <optgroup key={name} label={name}>
              {here.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label} ({value})
                </option>
              ))}
            </optgroup>
          );
        })}
      </select>
      <input
        type="search"
        aria-label={t("findAction")}
        placeholder={t("find")}
        value={sought}
        onChange={(event) => seek(event.target.value)}
        autoComplete="off"
        className="hidden w-[8rem] shrink-0 min-[24rem]:block border-line-2 border-l bg-sheet py-1 pl-2"
      />
    </>
  );
}
