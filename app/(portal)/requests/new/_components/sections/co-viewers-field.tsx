"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { controlId } from "../answers/answers";
import type { FormView } from "../form-view";

/** The most that a request may name. */
const MAX_NAMED = 10;

/** Co-viewers, one after another. A name is sent when it was added, not while it is typed. */
export function CoViewersField({ form }: { form: FormView }) {
  const t = useTranslations("requests.new.coViewers");
  const ui = useTranslations("ui");
  const [typed, setTyped] = useState("");
  const { coViewers } = form.answers;
  const id = controlId("coViewers");
  const add = () => {
    const name = typed.trim();
    if (name === "" || coViewers.length >= MAX_NAMED) return;
    form.change({ coViewers: [...new Set([...coViewers, name])] });
    setTyped("");
  };
  return (
    <div className="mt-4">
      <Field
        id={id}
        label={t("label")}
        mark={ui("optional")}
        help={t("help")}
        error={form.errorOf("coViewers")}
      >
        {(control) => (
          <div className="flex flex-wrap items-start gap-2">
            <div className="min-w-0 grow">
              <TextInput
                {...control}
                type="text"
                value={typed}
                maxLength={320}
                autoComplete="off"
                spellCheck={false}
                placeholder={t("placeholder")}
                disabled={coViewers.length >= MAX_NAMED}
                onChange={(event) => setTyped(event.target.value)}
                onBlur={add}
                onKeyDown={(event) => {
                  if (event.key !== "Enter") return;
                  event.preventDefault();
                  add();
                }}
              />
            </div>
            <Button aria-label={t("addOne")} onClick={add}>
              {t("add")}
            </Button>
          </div>
        )}
      </Field>
      {coViewers.length === 0 ? null : (
        <ul className="mt-2 text-control">
          {coViewers.map((name) => (
            <li
              key={name}
              className="flex min-h-touch items-center gap-3 border-line border-b tablet:min-h-bar"
            >
              <span className="min-w-0 grow break-words">{name}</span>
              <button
                type="button"
                className="min-h-[24px] underline underline-offset-4"
                onClick={() => {
                  form.change({ coViewers: coViewers.filter((other) => other !== name) });
                  document.getElementById(id)?.focus();
                }}
              >
                {t("remove", { name })}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
