"use client";

import { useTranslations } from "next-intl";
import { useFieldArray, useFormContext } from "react-hook-form";
import { type Draft, type MemberGroup, memberId } from "@/app/(portal)/transactions/new/_components/draft";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

/** Attributes of controls for values that get sealed: the browser must not keep or send them. */
export const UNKEPT = { autoComplete: "off", spellCheck: false, translate: "no" } as const;

/** The rows of one group, each with a name and a value. */
export function MemberRows({ group, errors }: { group: MemberGroup; errors: ReadonlyMap<string, string> }) {
  const t = useTranslations("transactions.create.members");
  const { control, register } = useFormContext<Draft>();
  const { fields, append, remove } = useFieldArray({ control, name: group });
  return (
    <div className="space-y-3">
      {fields.map((field, index) => {
        const [nameId, valueId] = [memberId(group, index, "name"), memberId(group, index, "value")];
        return (
          <div
            key={field.id}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-end gap-3 tablet:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]"
          >
            <Field id={nameId} label={t(`${group}.name`)} error={errors.get(nameId)}>
              {(attributes) => (
                <TextInput
                  {...attributes}
                  {...UNKEPT}
                  maxLength={200}
                  {...register(`${group}.${index}.name`)}
                />
              )}
            </Field>
            <Field id={valueId} label={t(`${group}.value`)} error={errors.get(valueId)}>
              {(attributes) => (
                <TextInput {...attributes} {...UNKEPT} {...register(`${group}.${index}.value`)} />
              )}
            </Field>
            <button
              type="button"
              aria-label={t("remove", { number: index + 1 })}
              onClick={() => remove(index)}
              className="inline-flex size-touch cursor-pointer items-center justify-center rounded-control text-ink-2 hover:text-ink tablet:size-form"
            >
              <Icon name="cross" />
            </button>
          </div>
        );
      })}
      <Button size="bar" icon="plus" onClick={() => append({ name: "", value: "" })}>
        {t(`${group}.add`)}
      </Button>
    </div>
  );
}
