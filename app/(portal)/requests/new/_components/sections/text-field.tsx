"use client";

import type { ReactNode } from "react";
import { TextArea, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { controlId } from "../answers/answers";
import type { FormView, TextName } from "../form-view";

/** A labelled line of text, date or time that is one answer. */
export function TextField(props: {
  form: FormView;
  name: TextName;
  label: ReactNode;
  help?: ReactNode;
  mark?: string;
  type?: "text" | "date" | "datetime-local";
  rows?: number;
  maxLength?: number;
  inputMode?: "numeric";
  className?: string;
}) {
  const { form, name } = props;
  const value = form.answers[name];
  return (
    <Field
      id={controlId(name)}
      label={props.label}
      help={props.help}
      error={form.errorOf(name)}
      {...(props.mark === undefined ? {} : { mark: props.mark })}
      {...(props.className === undefined ? {} : { className: props.className })}
    >
      {(control) => {
        const common = {
          ...control,
          value,
          autoComplete: "off",
          ...(props.maxLength === undefined ? {} : { maxLength: props.maxLength }),
        };
        const take = (text: string) => form.change({ [name]: text });
        return props.rows === undefined ? (
          <TextInput
            {...common}
            type={props.type ?? "text"}
            {...(props.inputMode === undefined ? {} : { inputMode: props.inputMode })}
            onChange={(event) => take(event.target.value)}
          />
        ) : (
          <TextArea {...common} rows={props.rows} onChange={(event) => take(event.target.value)} />
        );
      }}
    </Field>
  );
}
