import { useTranslations } from "next-intl";
import { type ActorChoice, FilterBar } from "@/app/(portal)/audit/_components/filter/filter-bar";
import type { ReadFilter } from "@/app/(portal)/audit/_components/filter/read-filter";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Button } from "@/components/ui/button";

export const FORMATS = ["bundle", "ndjson", "csv", "xlsx", "json", "ocsf", "syslog"] as const;
export type Format = (typeof FORMATS)[number];

/** The format that an address names; a bundle where it names none. */
export function formatOf(text: string): Format {
  return FORMATS.find((format) => format === text) ?? "bundle";
}

/** What to export: a format and, by the same controls as the log's own page, which entries. */
export function ExportForm(props: { read: ReadFilter; format: Format; actors: readonly ActorChoice[] }) {
  const t = useTranslations("audit.exports");
  return (
    <FilterBar
      path="/audit/exports"
      read={props.read}
      actors={props.actors}
      more={{ format: props.format, ready: "1" }}
      submit={
        <Button type="submit" look="primary" size="form">
          {t("prepare")}
        </Button>
      }
    >
      <input type="hidden" name="ready" value="1" />
      <ChoiceGroup id="format" legend={t("format")} className="mb-4">
        {FORMATS.map((format) => (
          <Choice
            key={format}
            kind="radio"
            name="format"
            value={format}
            defaultChecked={format === props.format}
            label={t(`formats.${format}.name`)}
            help={t(`formats.${format}.help`)}
          />
        ))}
      </ChoiceGroup>
      <p className="mb-2 font-medium text-control">{t("which")}</p>
    </FilterBar>
  );
}
