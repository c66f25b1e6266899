import { trackerConformance } from '@mochi/testing';
import { jsonlPlugin, jsonPlugin, progressPlugin } from './index.js';

trackerConformance(jsonPlugin);
trackerConformance(jsonlPlugin);
trackerConformance(progressPlugin);
