-- add column users.active
ALTER TABLE `users` ADD `active` numeric DEFAULT 1;
-- add column users.age
ALTER TABLE `users` ADD `age` integer;
-- add column users.born_at
ALTER TABLE `users` ADD `born_at` datetime;
-- add column users.city
ALTER TABLE `users` ADD `city` text;
-- add column users.code
ALTER TABLE `users` ADD `code` text;
-- add column users.friend
ALTER TABLE `users` ADD `friend` text CONSTRAINT `fk_users_friend` REFERENCES `users`(`id`) ON DELETE SET NULL;
-- add column users.friend_mail
ALTER TABLE `users` ADD `friend_mail` text CONSTRAINT `fk_users_friend_mail` REFERENCES `users`(`email`) ON DELETE NO ACTION;
-- add column users.points
ALTER TABLE `users` ADD `points` text;
-- add column users.role
ALTER TABLE `users` ADD `role` text DEFAULT 'user';
-- add column users.score
ALTER TABLE `users` ADD `score` real;
-- add column users.settings
ALTER TABLE `users` ADD `settings` text;
-- add column users.slug
ALTER TABLE `users` ADD `slug` text;
-- add column users.sorted
ALTER TABLE `users` ADD `sorted` text;
-- add column users.tags
ALTER TABLE `users` ADD `tags` text;
-- add column users.text
ALTER TABLE `users` ADD `text` text;
-- add column users.views
ALTER TABLE `users` ADD `views` integer;
-- create index users.users_city_idx
CREATE INDEX `users_city_idx` ON `users`(`city`);
-- create index users.users_friend_idx
CREATE INDEX `users_friend_idx` ON `users`(`friend`);
-- create index users.users_friend_mail_idx
CREATE INDEX `users_friend_mail_idx` ON `users`(`friend_mail`);
-- create index users.users_slug_uidx
CREATE UNIQUE INDEX `users_slug_uidx` ON `users`(`slug`);
