"use client";

import { useTranslations } from "next-intl";
import { Fragment, useState } from "react";
import { Breaking } from "@/components/ui/breaking";
import { Icon } from "@/components/ui/icon";

type Outcome = "none" | "copied" | "failed";

/** A long line that ends with a quotation mark, or with one before the mark of a continued command. */
const QUOTED = /^.{30,}["'](?: \\)?$/;
/** This many characters at its end stay together, so that no quotation mark is alone on the next line. */
const TAIL = 10;

/** An option or a name with hyphens, such as --, -keyform or ~/audit-log.zip: it does not break at a hyphen. */
const HYPHENED = /((?<![^\s/])(?:--|[\w.-]*-\w[\w.-]*)(?!\S))/;
const LONGEST = 24;

/** After a comma of a list without spaces, such as the columns of a CSV file or the members of JSON. */
const LISTED = /(?<=[\w"'\]},],)(?=[\w"'[{])/;

function Listed({ text }: { text: string }) {
  return text.split(LISTED).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part has only its position
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      <Breaking text={part} />
    </Fragment>
  ));
}

function Words({ text }: { text: string }) {
  return text.split(HYPHENED).map((part, index, parts) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part has only its position
    <Fragment key={index}>
      {parts[index - 1]?.endsWith("/") === true ? <wbr /> : null}
      {index % 2 === 1 && part.length <= LONGEST ? (
        <span className="whitespace-nowrap">{part}</span>
      ) : (
        <Listed text={part} />
      )}
    </Fragment>
  ));
}

function Lines({ code }: { code: string }) {
  return code.split(/(?<=\n)/).map((line, index) => {
    const end = line.trimEnd().length;
    const tail = QUOTED.test(line.trimEnd()) ? TAIL : 0;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line has only its position
      <Fragment key={index}>
        <Words text={line.slice(0, end - tail)} />
        {tail === 0 ? null : <span className="whitespace-nowrap">{line.slice(end - tail, end)}</span>}
        {line.slice(end)}
      </Fragment>
    );
  });
}

/** Shows a command or a text to copy as a whole. Long lines wrap, so that none is cut off. */
export function CodeSample({ label, code }: { label: string; code: string }) {
  const t = useTranslations("copy");
  const [outcome, setOutcome] = useState<Outcome>("none");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  return (
    <div className="border border-line-2 bg-sheet p-4 print:border-0 print:p-0">
      <div className="float-right -mt-2 -mr-2 ml-3 text-right print:hidden">
        <button
          type="button"
          onClick={copy}
          className="inline-flex min-h-touch cursor-pointer items-center gap-2 px-2 text-control text-ink-2 hover:text-ink tablet:min-h-bar"
        >
          <Icon name="copy" />
          {t("copy")}
        </button>
        <p
          role="status"
          className={`px-2 text-note ${outcome === "failed" ? "text-oxblood" : "text-accent"}`}
        >
          {outcome === "none" ? "" : t(outcome)}
        </p>
      </div>
      <section aria-label={label}>
        <pre className="whitespace-pre-wrap font-mono text-control [overflow-wrap:anywhere]">
          <code>
            <Lines code={code} />
          </code>
        </pre>
      </section>
    </div>
  );
}
