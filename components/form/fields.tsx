"use client";

import { useTranslations } from "next-intl";
import { type ComponentProps, type ReactNode, useState } from "react";
import { type FieldValues, type Path, type PathValue, useController } from "react-hook-form";
import { Choice, ChoiceGroup, Select, TextArea, TextInput } from "@/components/form/controls";
import { Field, type FieldProps } from "@/components/form/field";
import type { Answers } from "@/components/form/use-answers";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";

interface OfForm<A extends FieldValues> {
  readonly form: Answers<A>;
  readonly name: Path<A>;
}
interface Around {
  readonly help?: ReactNode;
  readonly mark?: string | undefined;
  /** Class of the whole field. */
  readonly around?: string | undefined;
}

/** The frame of a field: label, help and fault from the form. */
function Framed<A extends FieldValues>({
  form,
  name,
  around,
  ...frame
}: OfForm<A> & Around & Pick<FieldProps, "children">) {
  return (
    <Field
      {...frame}
      id={form.idOf(name)}
      label={form.words[name]?.label}
      className={around}
      error={form.errorOf(name)}
    />
  );
}

/** One line of text. */
export function TextField<A extends FieldValues>(
  props: OfForm<A> & Around & Omit<ComponentProps<"input">, "form" | "name">,
) {
  const { form, name, help, mark, around, ...input } = props;
  return (
    <Framed form={form} name={name} help={help} mark={mark} around={around}>
      {(control) => <TextInput {...control} {...input} {...form.hook.register(name)} />}
    </Framed>
  );
}

/** Several lines of text. */
export function AreaField<A extends FieldValues>(
  props: OfForm<A> & Around & Omit<ComponentProps<"textarea">, "form" | "name">,
) {
  const { form, name, help, mark, around, ...input } = props;
  return (
    <Framed form={form} name={name} help={help} mark={mark} around={around}>
      {(control) => <TextArea {...control} {...input} {...form.hook.register(name)} />}
    </Framed>
  );
}

/** A file, chosen with the browser's own dialog. The answer is what `read` makes of it. */
export function FileField<A extends FieldValues>(
  props: OfForm<A> &
    Around & { readonly accept: string; readonly read: (file: File) => Promise<PathValue<A, Path<A>>> },
) {
  const { form, name, accept, read, ...around } = props;
  const ui = useTranslations("ui");
  const { field } = useController<A, Path<A>>({ name, control: form.hook.control });
  const [chosen, setChosen] = useState<string>();
  const choose = async (file: File): Promise<void> => {
    field.onChange(await read(file));
    setChosen(file.name);
  };
  const chooser = useFileChooser(accept, (file) => void choose(file));
  return (
    <Framed form={form} name={name} {...around}>
      {({ id, "aria-describedby": described = "" }) => (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {chooser.input}
          <Button
            ref={field.ref}
            id={id}
            size="bar"
            aria-label={`${ui("chooseFile")}: ${form.words[name]?.label}`}
            aria-describedby={`${described} ${id}-file`.trim()}
            onClick={chooser.open}
          >
            {ui("chooseFile")}
          </Button>
          <span id={`${id}-file`} className="min-w-0 break-words text-control text-ink-2">
            {chosen ?? ui("noFile")}
          </span>
        </div>
      )}
    </Framed>
  );
}

export interface Option {
  readonly value: string;
  readonly label: ReactNode;
  readonly help?: ReactNode;
}

/** One choice of a closed list, in a menu. */
export function SelectField<A extends FieldValues>(
  props: OfForm<A> & Around & { readonly options: readonly Option[] },
) {
  const { form, name, options, ...around } = props;
  return (
    <Framed form={form} name={name} {...around}>
      {(control) => (
        <Select {...control} defaultValue={form.hook.getValues(name)} {...form.hook.register(name)}>
          {options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Framed>
  );
}

/** Rounds for one choice. */
export function RadioField<A extends FieldValues>(
  props: OfForm<A> & Pick<Around, "help"> & { readonly options: readonly Option[] },
) {
  const { form, name, options, help } = props;
  const id = form.idOf(name);
  return (
    <ChoiceGroup id={id} legend={form.words[name]?.label} help={help} error={form.errorOf(name)}>
      {options.map(({ value, label, help: more }) => (
        <Choice
          key={value}
          kind="radio"
          value={value}
          label={label}
          help={more}
          {...form.hook.register(name)}
        />
      ))}
    </ChoiceGroup>
  );
}

/** Boxes for any number of choices; the answer is the list of those that are ticked. */
export function BoxesField<A extends FieldValues>(
  props: OfForm<A> & Around & { readonly options: readonly Option[]; readonly look?: "list" | "columns" },
) {
  const { form, name, options, help, around, look = "list" } = props;
  const { field } = useController<A, Path<A>>({ name, control: form.hook.control });
  const chosen: readonly string[] = field.value;
  const choose = (value: string, isOn: boolean) => {
    const others = chosen.filter((one) => one !== value);
    field.onChange(isOn ? [...others, value] : others);
  };
  return (
    <ChoiceGroup
      id={form.idOf(name)}
      legend={form.words[name]?.label}
      help={help}
      error={form.errorOf(name)}
      className={around}
    >
      <div className={look === "columns" ? "grid tablet:grid-cols-2" : ""}>
        {options.map(({ value, label, help: more }, index) => (
          <Choice
            key={value}
            ref={index === 0 ? field.ref : undefined}
            label={label}
            help={more}
            checked={chosen.includes(value)}
            onBlur={field.onBlur}
            onChange={(event) => choose(value, event.target.checked)}
          />
        ))}
      </div>
    </ChoiceGroup>
  );
}

/** One box for yes or no. */
export function TickField<A extends FieldValues>({ form, name, help }: OfForm<A> & Pick<Around, "help">) {
  return (
    <Choice id={form.idOf(name)} label={form.words[name]?.label} help={help} {...form.hook.register(name)} />
  );
}
