"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { Example } from "@/lib/access/policy/policy-document";
import { exampleLine } from "@/lib/policies/authoring/example-sentence";
import { useSentenceLocale } from "../marked";

interface Shown {
  readonly example: Example;
  readonly index: number;
}

/** What an example expects, in glyph and word. */
export function Expected({ expect }: { expect: Example["expect"] }) {
  const t = useTranslations("policies.examples");
  return (
    <Tag tone={expect === "allow" ? "accent" : "plain"} icon={expect === "allow" ? "check" : "nothing"}>
      {t(expect)}
    </Tag>
  );
}

/** The examples of a rule: they run at each save, and one that is not met refuses it. */
export function Examples(props: {
  examples: readonly Example[];
  onExamples: (examples: readonly Example[]) => void;
  /** Opens the dialog of one example; of a new one after the last. */
  onEdit: (index: number) => void;
}) {
  const t = useTranslations("policies.examples");
  const locale = useSentenceLocale();
  const { examples, onExamples, onEdit } = props;
  const expected = new Set(examples.map(({ expect }) => expect));
  return (
    <Section
      title={t("title")}
      count={examples.length}
      action={
        <Button
          size="bar"
          icon="plus"
          disabled={examples.length >= 50}
          onClick={() => onEdit(examples.length)}
        >
          {t("add")}
        </Button>
      }
    >
      {expected.size < 2 ? <p className="py-2 text-control text-ink-2">{t("bothKinds")}</p> : null}
      {examples.length === 0 ? null : (
        <Table<Shown>
          caption={t("title")}
          rows={examples.map((example, index) => ({ example, index }))}
          rowKey={({ index }) => String(index)}
          columns={[
            {
              key: "name",
              head: t("name"),
              isTitle: true,
              cell: ({ example }) => (
                <span className="font-normal">
                  {example.name}
                  <span className="block text-note text-ink-2">{exampleLine(example.facts, locale)}</span>
                </span>
              ),
            },
            { key: "expect", head: t("expect"), cell: ({ example }) => <Expected expect={example.expect} /> },
            {
              key: "acts",
              head: t("acts"),
              isHeadHidden: true,
              cell: ({ example, index }) => (
                <span className="flex flex-wrap justify-end gap-2">
                  <Button
                    look="quiet"
                    size="bar"
                    aria-label={t("changeNamed", { name: example.name })}
                    onClick={() => onEdit(index)}
                  >
                    {t("change")}
                  </Button>
                  <Button
                    look="quiet"
                    size="bar"
                    aria-label={t("removeNamed", { name: example.name })}
                    onClick={() => onExamples(examples.filter((_one, at) => at !== index))}
                  >
                    {t("remove")}
                  </Button>
                </span>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
