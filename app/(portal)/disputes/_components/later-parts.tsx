"use client";

import { later } from "@/components/client/later";

// Parts of a dispute's page whose scripts are loaded after it.

/** What support may see of the record, masked. */
export const RecordColumn = later(async () => (await import("./record-column")).RecordColumn);

/** The parties' own figures, as typed. */
export const FigureForm = later(async () => (await import("./figure-form")).FigureForm);

/** What parties and support write. */
export const NoteForm = later(async () => (await import("./note-form")).NoteForm);
