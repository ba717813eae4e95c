"use client";

import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import de from "@/components/messages/de/error.json";
import en from "@/components/messages/en/error.json";
import "./globals.css";

/**
 * Replaces the whole document when the root layout failed. The messages failed with it, so this page has its own, in the
 * browser's language. It has no parts of other pages either: it is in the script of each of them.
 */
export default function GlobalError({
  error,
  retry,
}: {
  error: Error & { digest?: string };
  retry: () => void;
}) {
  const isGerman = typeof navigator !== "undefined" && navigator.language.startsWith("de");
  const [locale, wording] = isGerman ? (["de", de] as const) : (["en", en] as const);
  const act = "inline-flex min-h-touch cursor-pointer items-center underline underline-offset-4";
  return (
    <html lang={locale} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <link rel="icon" href="/favicon.svg" />
        <title>{wording.title}</title>
        <main id="content" className="max-w-[640px] px-4 py-12 tablet:px-14 tablet:py-16">
          <h1 className="border-ink border-t pt-6 font-semibold text-title tracking-tight">
            {wording.title}
          </h1>
          <p className="mt-2 text-ink-2 text-lead">{wording.text}</p>
          <div className="mt-6 flex flex-wrap gap-6">
            <button type="button" onClick={retry} className={act}>
              {wording.retry}
            </button>
            {/* Not Next's link: the whole document is loaded again. */}
            <a href="/" className={act}>
              {wording.home}
            </a>
          </div>
          {error.digest === undefined ? null : (
            <p className="mt-4 text-control text-ink-2">
              {wording.digest}: <span className="font-mono">{error.digest}</span>
            </p>
          )}
        </main>
      </body>
    </html>
  );
}
