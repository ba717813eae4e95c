"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

export interface PickGroup {
  readonly name: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** Letters and digits only, so that spaces, dots and capitals do not matter. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");

/** Chooses an action: by its group, or by typing a part of its words or its name, which narrows the choice. */
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
  const fits = ({ value, label }: PickGroup["choices"][number]) =>
    value === chosen || plain(`${label} ${value}`).includes(plain(sought));
  const isKnown = groups.some(({ choices }) => choices.some(({ value }) => value === current));
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
        placeholder={t("findAction")}
        value={sought}
        onChange={(event) => setSought(event.target.value)}
        autoComplete="off"
        className="w-[8rem] min-w-0 border-line-2 border-l bg-sheet py-1 pl-2"
      />
    </>
  );
}
