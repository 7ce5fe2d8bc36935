/** The paper that comes with Apical. */
export const SHIPPED = 'corinfomax-2023'
