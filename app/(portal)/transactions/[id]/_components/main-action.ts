/** The button of the page that opens everything, or seals it again: where the focus goes when its own place is gone. */
export const MAIN_ACTION = "opening-main";
