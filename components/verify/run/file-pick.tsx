"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import { FileDrop } from "@/components/form/file-drop";
import { useFileChooser } from "@/components/form/use-file-chooser";
import { Button } from "@/components/ui/button";

/** A place to drop one file on, or to choose it with. The file stays in the browser. */
export function FilePick(props: {
  label: string;
  hint: string;
  /** Name of the file that was taken. */
  name: string | undefined;
  accept: string;
  onFile: (file: File) => void;
  onClear?: () => void;
}) {
  const t = useTranslations("audit.verify.pick");
  const chooser = useFileChooser(props.accept, props.onFile);
  const id = useId();
  const { name, onClear } = props;
  return (
    <FileDrop onFile={props.onFile} isEmpty={name === undefined}>
      <p className="font-medium text-control">{props.label}</p>
      <p id={`${id}-hint`} role="status" className="mt-1 break-words text-control text-ink-2">
        {name ?? props.hint}
      </p>
      {chooser.input}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button
          size="bar"
          icon="upload"
          aria-label={`${t(name === undefined ? "choose" : "another")}: ${props.label}`}
          aria-describedby={`${id}-hint`}
          onClick={chooser.open}
        >
          {t(name === undefined ? "choose" : "another")}
        </Button>
        {name === undefined || onClear === undefined ? null : (
          <Button
            size="bar"
            aria-label={`${t("clear")}: ${props.label}`}
            aria-describedby={`${id}-hint`}
            onClick={onClear}
          >
            {t("clear")}
          </Button>
        )}
      </div>
    </FileDrop>
  );
}
