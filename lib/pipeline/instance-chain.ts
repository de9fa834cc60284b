/** The chain of what concerns the installation rather than one project; no project can have this name. */
export const instanceChain = "@instance";
