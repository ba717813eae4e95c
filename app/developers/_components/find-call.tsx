import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** Maximum length of a search, in characters. */
export const MAX_WORDS = 200;

/** A form that finds calls by words of their path, their name or what they do. It works without a script. */
export function FindCall({ words = "" }: { words?: string }) {
  const t = useTranslations("developers.search");
  return (
    <form action="/developers" className="flex max-w-[640px] flex-wrap items-end gap-3">
      <div className="min-w-0 grow">
        <label htmlFor="q" className="block font-medium text-control">
          {t("label")}
        </label>
        <p id="q-help" className="text-note text-ink-2">
          {t("help")}
        </p>
        <input
          id="q"
          name="q"
          type="search"
          defaultValue={words}
          maxLength={MAX_WORDS}
          aria-describedby="q-help"
          className="mt-1 min-h-touch w-full rounded-field border border-edge bg-sheet px-3 text-body tablet:min-h-form"
        />
      </div>
      <Button type="submit" look="secondary">
        {t("act")}
      </Button>
    </form>
  );
}
