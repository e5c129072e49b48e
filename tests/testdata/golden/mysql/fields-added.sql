-- add column users.active
ALTER TABLE `users` ADD `active` boolean DEFAULT 1;
-- add column users.age
ALTER TABLE `users` ADD `age` int;
-- add column users.born_at
ALTER TABLE `users` ADD `born_at` datetime(3);
-- add column users.city
ALTER TABLE `users` ADD `city` varchar(255);
-- add column users.code
ALTER TABLE `users` ADD `code` varchar(40);
-- add column users.friend
ALTER TABLE `users` ADD `friend` varchar(36);
-- add column users.friend_mail
ALTER TABLE `users` ADD `friend_mail` varchar(255);
-- add column users.points
ALTER TABLE `users` ADD `points` json;
-- add column users.role
ALTER TABLE `users` ADD `role` varchar(20) DEFAULT 'user';
-- add column users.score
ALTER TABLE `users` ADD `score` double;
-- add column users.settings
ALTER TABLE `users` ADD `settings` json;
-- add column users.slug
ALTER TABLE `users` ADD `slug` varchar(255);
-- add column users.sorted
ALTER TABLE `users` ADD `sorted` varchar(255);
-- add column users.tags
ALTER TABLE `users` ADD `tags` json;
-- add column users.text
ALTER TABLE `users` ADD `text` text;
-- add column users.views
ALTER TABLE `users` ADD `views` bigint;
-- create index users.users_city_idx
CREATE INDEX `users_city_idx` ON `users`(`city`);
-- create index users.users_friend_idx
CREATE INDEX `users_friend_idx` ON `users`(`friend`);
-- create index users.users_friend_mail_idx
CREATE INDEX `users_friend_mail_idx` ON `users`(`friend_mail`);
-- create index users.users_slug_uidx
CREATE UNIQUE INDEX `users_slug_uidx` ON `users`(`slug`);
-- create foreign key users.fk_users_friend
SET SESSION foreign_key_checks = 0;
ALTER TABLE `users` ADD CONSTRAINT `fk_users_friend` FOREIGN KEY (`friend`) REFERENCES `users`(`id`) ON DELETE SET NULL;
SET SESSION foreign_key_checks = 1;
-- create foreign key users.fk_users_friend_mail
SET SESSION foreign_key_checks = 0;
ALTER TABLE `users` ADD CONSTRAINT `fk_users_friend_mail` FOREIGN KEY (`friend_mail`) REFERENCES `users`(`email`) ON DELETE NO ACTION;
SET SESSION foreign_key_checks = 1;
