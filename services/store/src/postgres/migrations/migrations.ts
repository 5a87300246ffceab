import { Tables1732400000001 } from './1-tables.js';
import { Views1732400000002 } from './2-views.js';
import { Incarnation1732400000003 } from './3-incarnation.js';
import { ViewsForPeople1732400000004 } from './4-views-for-people.js';

/** In the order in which they run; the number at the end of a name is TypeORM's order, and is never reused. */
export const MIGRATIONS = [Tables1732400000001, Views1732400000002, Incarnation1732400000003, ViewsForPeople1732400000004];
