"use client";

import { useTranslations } from "next-intl";
import { useId, useRef, useState } from "react";
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
  const [isOver, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const id = useId();
  const { name, onClear } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition, the button does the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file !== undefined) props.onFile(file);
      }}
      className={`rounded-control border p-3 ${isOver ? "border-accent bg-accent-wash" : "border-edge bg-sheet"} ${name === undefined ? "border-dashed" : ""}`}
    >
      <p id={`${id}-label`} className="font-medium text-control">
        {props.label}
      </p>
      <p id={`${id}-hint`} role="status" className="mt-1 break-words text-control text-ink-2">
        {name ?? props.hint}
      </p>
      <input
        ref={chooser}
        type="file"
        accept={props.accept}
        tabIndex={-1}
        aria-hidden="true"
        className="hidden"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) props.onFile(file);
          event.target.value = "";
        }}
      />
      <div className="mt-2 flex flex-wrap gap-2">
        <Button
          size="bar"
          icon="upload"
          aria-describedby={`${id}-label ${id}-hint`}
          onClick={() => chooser.current?.click()}
        >
          {t(name === undefined ? "choose" : "another")}
        </Button>
        {name === undefined || onClear === undefined ? null : (
          <Button size="bar" aria-describedby={`${id}-hint`} onClick={onClear}>
            {t("clear")}
          </Button>
        )}
      </div>
    </div>
  );
}
